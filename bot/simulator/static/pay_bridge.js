// What WeChat gives to a page inside it, for a claim page outside: the payee says yes in a dialogue.
"use strict";

window.WeixinJSBridge = {
  async invoke(name, options, done) {
    if (name !== "requestMerchantTransfer" || !window.confirm("模拟微信：确认收款？")) {
      done({ err_msg: `${name}:cancel` });
      return;
    }
    const response = await fetch("/sim/pay/confirm", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ package: options.package }),
    });
    done({ err_msg: `${name}:${response.ok ? "ok" : "fail"}` });
  },
};
