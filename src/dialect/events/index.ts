export { eventState } from "./event-state.ts";
export { eventText } from "./event-text.ts";
