// What an employee can do who serves customers of WeChat customer service.

import { at, button, call, state } from "./base.js";

const QUEUE = 2;
const SERVED = 3;

// The acts that the session with this customer allows now.
export function serviceActs({ partner, user }) {
  const service = state.services.find((one) => one.key === partner.key);
  const session = service?.customers.find((one) => one.customer === user);
  const act = (verb, body) => () =>
    call("POST", `services/${at(partner.key)}/${verb}`, { customer: user, ...body });
  if (session?.state === QUEUE) return [button("", act("takes", { servicer: state.person }), "接入")];
  if (session?.state === SERVED) return [button("", act("ends"), "结束会话")];
  return [];
}
