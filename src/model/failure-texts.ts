import type { FailureReason, NOT_POLLED } from "./failure.ts";

/** A failure reason in two parts, each of one sentence or more. */
interface FailureText {
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * The text of each failure reason: the only one. Pages and the command line print it, and a test compares README,
 * docs/operations.md and the runbooks with it.
 */
export const FAILURE_TEXTS: Readonly<Record<FailureReason | typeof NOT_POLLED, FailureText>> = {
  not_polled: {
    meaning: "No poll of this host has ended yet.",
    remedy: "Wait one interval. If that does not help, the exporter is overloaded.",
  },
  not_configured: {
    meaning: "The exporter cannot load something that the poll needs, e.g. a password file.",
    remedy: "The message names it. Fix it, then reload.",
  },
  name_not_resolved: {
    meaning: "The name of the BMC cannot be resolved to an IP address.",
    remedy: "Check DNS on the machine of the exporter, and the address in the inventory.",
  },
  unreachable: {
    meaning: "The network reports that the BMC is unreachable or that its port is closed.",
    remedy: "Check routes, VLANs and firewalls. A closed port usually means that IPMI over LAN is disabled.",
  },
  no_answer: {
    meaning: "Nothing answered in this poll.",
    remedy:
      "Check that the BMC has power and network, and that firewalls pass its UDP port in both directions. If it answers ping but not IPMI, reset the BMC (cold reset); the host keeps running.",
  },
  timeout: {
    meaning: "The BMC answered in this poll, but not in time.",
    remedy:
      "It may be overloaded or restarting, or packets are lost. If it is always slow, set a longer timeout in its module.",
  },
  unknown_user: {
    meaning: "The BMC has no such user, or does not allow it on this channel or at this privilege level.",
    remedy:
      "Check the user name in the credentials and the users of the BMC, then reload. Until then the host is polled rarely, so that no account is locked.",
  },
  wrong_password: {
    meaning: "The BMC knows the user but has another password.",
    remedy:
      "Correct the password on one side, then reload. Web interfaces of some BMCs truncate passwords over 20 bytes. Until then the host is polled rarely, so that no account is locked.",
  },
  privilege_refused: {
    meaning: "The user may not log in with the requested privilege level.",
    remedy: "Grant the user this level on the LAN channel, or lower the privilege of the module, then reload.",
  },
  no_cipher_suite: {
    meaning: "The BMC offers no cipher suite that the module allows, or only a weaker login than before.",
    remedy:
      "If the message mentions a downgrade, check that the address still belongs to the BMC, and see the runbook. Otherwise run lightsout probe HOST --debug to list what the BMC offers, allow one of those suites, then reload. If the BMC offers only suites 0 to 2, update its firmware.",
  },
  no_free_session: {
    meaning: "All sessions of the BMC are in use.",
    remedy:
      "Look for other clients that keep sessions open, e.g. ipmitool scripts or consoles. Idle sessions expire after about a minute; the exporter retries.",
  },
  bmc_busy: {
    meaning: "The BMC reports that it is busy or initializing.",
    remedy: "Wait a few minutes; the exporter retries. If it stays busy, reset the BMC (cold reset).",
  },
  unsupported: {
    meaning: "The BMC does not support a command that is required.",
    remedy: "Update the firmware of the BMC, or remove the part from the parts of the module.",
  },
  protocol_error: {
    meaning: "The response is damaged, has an invalid signature, or is not IPMI.",
    remedy: "Run lightsout probe HOST --debug to see what was expected and what was received. A quirk may help.",
  },
  tls_error: {
    meaning: "The TLS connection failed, or the certificate of the BMC is not the expected one.",
    remedy:
      "The message names the fingerprints or the TLS alert. If the BMC has a new certificate, add its fingerprint to redfish.tls.accept of the module, then reload.",
  },
};

/** Meaning and remedy as one text. */
export const failureText = (reason: keyof typeof FAILURE_TEXTS): string =>
  `${FAILURE_TEXTS[reason].meaning} ${FAILURE_TEXTS[reason].remedy}`;
