/**
 * The foreign programs the tests run against, and the Debian package each comes in.
 * Shared by `npm test`, which installs them, and the tests, which skip what needs a missing one.
 */
export const peers = [
  { program: "ipmi_sim", debian: "openipmi", what: "OpenIPMI's BMC simulator" },
  { program: "ipmitool", debian: "ipmitool", what: "IPMI client" },
  { program: "ipmi-sensors", debian: "freeipmi-tools", what: "FreeIPMI clients" },
  {
    program: "prometheus-ipmi-exporter",
    debian: "prometheus-ipmi-exporter",
    what: "ipmi_exporter, which lightsout stands in for",
  },
  { program: "prometheus", debian: "prometheus", what: "Prometheus server" },
  { program: "promtool", debian: "prometheus", what: "Prometheus' checker" },
  { program: "prometheus-alertmanager", debian: "prometheus-alertmanager", what: "Alertmanager" },
  { program: "amtool", debian: "prometheus-alertmanager", what: "Alertmanager's checker and client" },
  { program: "openssl", debian: "openssl", what: "maker of certificates and TLS client" },
  { program: "curl", debian: "curl", what: "HTTP client" },
  { program: "systemd-analyze", debian: "systemd", what: "systemd's checker of units" },
];

/** Where tests note the peers they missed, for the end of `npm test`; a file of one line for each. */
export const MISSING_PEERS_FILE = "LIGHTSOUT_MISSING_PEERS_FILE";
