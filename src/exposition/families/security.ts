import { family, flag } from "../family.ts";

export const security = [
  family({
    name: "bmc_security_finding",
    type: "gauge",
    help: "1 if the BMC has this security weakness, 0 if it was checked for and not found.",
    labels: ["finding"],
    source:
      "IPMI channel, user and cipher suite commands; Redfish ManagerNetworkProtocol, AccountService, TLS certificate",
    *samples({ snapshot }) {
      for (const { finding, present } of snapshot?.findings ?? []) yield { labels: [finding], value: flag(present) };
    },
    madeOf: ({ snapshot }) => [snapshot?.findings],
  }),
];
