// Who is signed in. When the session ends while somebody works, their screen stays as it is and what they sent waits:
// they sign in once more, and it goes on.

import { useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { makeApi } from "./api.js";
import { left } from "./leaving.js";

/**
 * @typedef {{user: {id: number, name: string, role: string, must_change: boolean,
 *   grants: {collection: string, access: "read" | "write"}[]}, scopes: string[], csrf: string}} Session
 */

export function useSession() {
  const [session, setSession] = useState(/** @type {Session | null | undefined} */ (undefined));
  const [failure, setFailure] = useState(/** @type {Error | null} */ (null));
  const [ended, setEnded] = useState(false);
  const now = useRef(/** @type {Session | null} */ (null));
  const waiting = useRef(/** @type {((again: boolean) => void)[]} */ ([]));

  /** @param {boolean} again */
  const settle = (again) => {
    setEnded(false);
    for (const tell of waiting.current.splice(0)) tell(again);
  };
  /** @param {Session | null} found */
  const become = (found) => {
    const before = now.current;
    const other = before !== null && found !== null && before.user.id !== found.user.id;
    now.current = other ? null : found; // until the page is loaded anew, nothing on it speaks for the newcomer
    if (before !== null && now.current === null) left();
    if (other) {
      settle(false);
      location.reload(); // what the screens hold is somebody else's
      return;
    }
    setSession(found);
    if (!found?.user.must_change) settle(found !== null); // with that one, it is good for nothing else yet
  };
  const signedInAgain = () => {
    if (now.current?.user.must_change) become(null); // there is nothing yet that could go on
    if (now.current === null) return Promise.resolve(false);
    setEnded(true);
    return new Promise((resolve) => waiting.current.push(/** @type {any} */ (resolve)));
  };
  /** In another tab of this browser somebody has signed in meanwhile. */
  const renewed = async () => become(await api.get("/v1/session"));
  const api = useMemo(() => makeApi({ now: () => now.current, signedInAgain, renewed }), []);

  /** Asks anew who is signed in. */
  const refresh = async () => {
    setFailure(null);
    try {
      become(await api.get("/v1/session"));
    } catch (error) {
      if (/** @type {any} */ (error).status === 401) become(null);
      else if (now.current === null) setFailure(/** @type {Error} */ (error));
      else throw error; // told where it was asked: what is on the screen stays
    }
  };
  /** @throws {import("../shared/http.js").Problem} the session couldn't be ended */
  const signOut = async () => {
    await api.remove("/v1/session").catch((error) => {
      if (error.status !== 401) throw error; // it has ended already
    });
    become(null);
  };
  useEffect(() => void refresh(), []);
  return { api, session, failure, ended, refresh, signOut };
}
