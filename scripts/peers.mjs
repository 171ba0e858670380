/**
 * Programs of other projects that the tests run against, and their Debian packages. `npm test` installs them; tests
 * that need a missing program are skipped.
 */
export const peers = [
  { program: "ipmi_sim", debian: "openipmi", what: "OpenIPMI's BMC simulator" },
  { program: "ipmitool", debian: "ipmitool", what: "IPMI client" },
  { program: "ipmi-sensors", debian: "freeipmi-tools", what: "FreeIPMI clients" },
  {
    program: "prometheus-ipmi-exporter",
    debian: "prometheus-ipmi-exporter",
    what: "ipmi_exporter, which lightsout can replace",
  },
  { program: "prometheus", debian: "prometheus", what: "Prometheus server" },
  { program: "promtool", debian: "prometheus", what: "checker of Prometheus rules and configurations" },
  { program: "prometheus-alertmanager", debian: "prometheus-alertmanager", what: "Alertmanager" },
  { program: "amtool", debian: "prometheus-alertmanager", what: "checker and client of Alertmanager" },
  { program: "ipmi-pet", debian: "freeipmi-tools", what: "FreeIPMI's decoder of platform event traps" },
  { program: "ipmiconsole", debian: "freeipmi-tools", what: "FreeIPMI's client of serial over LAN" },
  { program: "script", debian: "bsdutils", what: "runs programs in a pseudo-terminal" },
  { program: "openssl", debian: "openssl", what: "TLS client; creates certificates" },
  { program: "curl", debian: "curl", what: "HTTP client" },
  { program: "chromium", debian: "chromium", what: "web browser" },
  { program: "dpkg-deb", debian: "dpkg", what: "builder of Debian packages" },
  { program: "lintian", debian: "lintian", what: "checker of Debian packages" },
  { program: "rpmbuild", debian: "rpm", what: "builder of RPM packages" },
  { program: "groff", debian: "groff-base", what: "renders manual pages" },
  { program: "snmptrap", debian: "snmp", what: "sender of SNMP traps" },
  { program: "snmptrapd", debian: "snmptrapd", what: "receiver of SNMP traps" },
  { program: "etcd", debian: "etcd-server", what: "store of a cluster of servers" },
  { program: "etcdctl", debian: "etcd-client", what: "client of etcd" },
  { program: "systemd-analyze", debian: "systemd", what: "checker of systemd units" },
];

/** Variable with the path of a file to which tests append the programs they miss, one per line; `npm test` prints them. */
export const MISSING_PEERS_FILE = "LIGHTSOUT_MISSING_PEERS_FILE";
