import { AuthenticationAlgorithm, cipherSuite } from "../../ipmi/crypto/cipher-suite.ts";
import {
  type KeyExchange,
  passwordKey,
  rakp2Code,
  rakp3Code,
  rakp4CheckValue,
  rakp4CheckValueByIntegrity,
  sameCode,
  sessionKeys,
} from "../../ipmi/crypto/key-exchange.ts";
import { PrivilegeLevel } from "../../ipmi/tables/privilege-level.ts";
import { decodeOpenSessionRequest, encodeOpenSessionResponse } from "../../ipmi/wire/open-session.ts";
import { decodeRakp1, decodeRakp3, encodeRakp2, encodeRakp4, RANDOM_LENGTH } from "../../ipmi/wire/rakp.ts";
import type { Peer, ServerSession } from "../bmc/server-session.ts";
import { mayLogIn } from "../bmc/user-table.ts";
import type { VirtualBmc } from "../bmc/virtual-bmc.ts";
import type { BoardUser } from "../boards/board.ts";

/** RMCP+ status codes - IPMI 2.0 table 13-15. */
const Status = {
  NoResources: 0x01,
  InvalidSessionId: 0x02,
  UnauthorisedPrivilege: 0x0a,
  UnauthorisedName: 0x0d,
  InvalidCheckValue: 0x0f,
  NoCipherSuiteMatch: 0x11,
} as const;

const NAME_ONLY = 0x10;

/*
 * The BMC side of opening an RMCP+ session - IPMI 2.0 section 13.15. Each function decodes a payload and returns
 * the payload of the response; undefined: no response.
 */

export function answerOpenSession(bmc: VirtualBmc, payload: Uint8Array, peer: Peer): Buffer {
  const request = decodeOpenSessionRequest(payload);
  const { tag, consoleSessionId, privilege } = request;
  const refused = bmc.refusal("open_session", privilege);
  if (refused) return encodeOpenSessionResponse({ tag, status: refused });
  const suite = bmc.cipherSuites
    .map((id) => cipherSuite(id))
    .find(
      (s) =>
        s?.authentication === request.authentication &&
        s.integrity === request.integrity &&
        s.confidentiality === request.confidentiality,
    );
  if (!suite) return encodeOpenSessionResponse({ tag, status: Status.NoCipherSuiteMatch });
  const nowMs = bmc.clock.monotonicMs();
  const repeated = bmc.sessions.halfOpenOf(peer, consoleSessionId);
  if (repeated) bmc.sessions.close(repeated);
  const session = bmc.sessions.open("2.0", peer, nowMs);
  if (!session) return encodeOpenSessionResponse({ tag, status: Status.NoResources });
  session.consoleSessionId = consoleSessionId;
  session.requestedPrivilege = privilege;
  session.suite = suite;
  return encodeOpenSessionResponse({
    tag,
    status: 0,
    accepted: {
      ...suite,
      privilege: privilege === PrivilegeLevel.Highest ? PrivilegeLevel.Administrator : privilege,
      consoleSessionId,
      bmcSessionId: session.id,
    },
  });
}

/** Finds the user of RAKP 1: by name alone, or by name and privilege. */
function findUser(bmc: VirtualBmc, name: Uint8Array, role: number): BoardUser | undefined {
  const level = role & 0x0f;
  return bmc.users.find(
    (u) => mayLogIn(u) && Buffer.from(u.name).equals(name) && ((role & NAME_ONLY) !== 0 || level <= u.privilege),
  );
}

export function answerRakp1(bmc: VirtualBmc, payload: Uint8Array): Buffer | undefined {
  const request = decodeRakp1(payload);
  const { tag, role } = request;
  const session = bmc.sessions.find(request.bmcSessionId, bmc.clock.monotonicMs());
  const suite = session?.suite;
  if (!session || session.active || !suite) return encodeRakp2({ tag, status: Status.InvalidSessionId });
  const refuse = (status: number): Buffer => {
    bmc.sessions.close(session);
    bmc.loginFailed();
    return encodeRakp2({ tag, status });
  };
  const refused = bmc.refusal("rakp1");
  if (refused) return refuse(refused);
  const user = findUser(bmc, request.userName, role);
  if (!user) return refuse(Status.UnauthorisedName);
  if ((role & 0x0f) > user.privilege) return refuse(Status.UnauthorisedPrivilege);
  session.user = user;
  session.privilegeLimit = role & 0x0f || user.privilege;
  session.handshake = {
    consoleRandom: Buffer.from(request.consoleRandom),
    bmcRandom: bmc.newRandom(RANDOM_LENGTH),
    role,
    userName: Buffer.from(request.userName),
  };
  const exchange = exchangeOf(bmc, session);
  if (!exchange) return undefined;
  const authCode = rakp2Code(suite, keyOf(bmc, user), exchange);
  return encodeRakp2({
    tag,
    status: 0,
    accepted: {
      consoleSessionId: session.consoleSessionId,
      bmcRandom: session.handshake.bmcRandom,
      guid: bmc.guid,
      authCode: bmc.hashing.rakp2?.(authCode) ?? authCode,
    },
  });
}

export function answerRakp3(bmc: VirtualBmc, payload: Uint8Array): Buffer | undefined {
  const request = decodeRakp3(payload);
  const { tag } = request;
  const session = bmc.sessions.find(request.bmcSessionId, bmc.clock.monotonicMs());
  const exchange = session && exchangeOf(bmc, session);
  const user = session?.user;
  const suite = session?.suite;
  if (!session || session.active || !exchange || !user || !suite) {
    return request.status === 0 ? encodeRakp4({ tag, status: Status.InvalidSessionId }) : undefined;
  }
  const refuse = (status: number): Buffer => {
    bmc.sessions.close(session);
    bmc.loginFailed();
    return encodeRakp4({ tag, status });
  };
  if (request.status !== 0) {
    // The console gave up: no response, and the slot is free.
    refuse(request.status);
    return undefined;
  }
  const refused = bmc.refusal("rakp3");
  if (refused) return refuse(refused);
  const key = keyOf(bmc, user);
  const authentic =
    suite.authentication === AuthenticationAlgorithm.None ||
    sameCode(rakp3Code(suite, key, exchange), request.authCode);
  if (!authentic) return refuse(Status.InvalidCheckValue);
  const keys = sessionKeys(suite, key, exchange, bmc.channel.kg);
  session.privilege = Math.min(session.privilege, session.privilegeLimit);
  session.activateRmcpPlus(suite, keys, key, bmc.random);
  session.lastUsedMs = bmc.clock.monotonicMs();
  bmc.stats.sessionsOpened++;
  const makeCheckValue = bmc.hashing.rakp4ByIntegrity ? rakp4CheckValueByIntegrity : rakp4CheckValue;
  const checkValue = makeCheckValue(suite, keys, exchange);
  return encodeRakp4({ tag, status: 0, accepted: { consoleSessionId: session.consoleSessionId, checkValue } });
}

function exchangeOf(bmc: VirtualBmc, session: ServerSession): KeyExchange | undefined {
  const { handshake } = session;
  if (!handshake) return undefined;
  const exchanged = {
    ...handshake,
    consoleSessionId: session.consoleSessionId,
    bmcSessionId: session.id,
    guid: bmc.guid,
  };
  return bmc.hashing.exchange?.(exchanged) ?? exchanged;
}

function keyOf(bmc: VirtualBmc, user: BoardUser): Uint8Array {
  return passwordKey(user.password).subarray(0, bmc.hashing.passwordBytes);
}
