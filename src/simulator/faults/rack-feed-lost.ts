import { rackFault } from "./fault.ts";
import { choice } from "./parameter.ts";

export const rackFeedLost = rackFault({
  name: "rack_feed_lost",
  title: "One power feed of a rack is lost",
  description: "Feed A or B has no power: every second supply of every machine of the rack has no input.",
  logs: "input lost and lost redundancy of all machines",
  parameters: { feed: choice("which of the two", "A", "B") },
  start(rack, { feed }) {
    const index = feed === "A" ? 0 : 1;
    rack.setFeed(index, false);
    return { stop: () => rack.setFeed(index, true) };
  },
});
