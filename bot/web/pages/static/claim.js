// Has WeChat ask the payee. "ok" means that he was shown the question, not that money has moved.
"use strict";

const button = document.getElementById("claim");
const words = document.getElementById("words");

function ask() {
  button.disabled = true;
  const { merchant, app, package: pack } = button.dataset;
  const options = { mchId: merchant, appId: app, package: pack };
  window.WeixinJSBridge.invoke("requestMerchantTransfer", options, (result) => {
    if (result.err_msg === "requestMerchantTransfer:ok") {
      words.textContent = "收到了，到账以微信零钱为准。";
    } else {
      words.textContent = "还没有收款，再点一次试试。";
      button.disabled = false;
    }
  });
}

button.addEventListener("click", () => {
  if (window.WeixinJSBridge) {
    ask();
  } else if (navigator.userAgent.includes("MicroMessenger")) {
    document.addEventListener("WeixinJSBridgeReady", ask, { once: true });
  } else {
    words.textContent = "请在微信里打开这个页面。";
  }
});
