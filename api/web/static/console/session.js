// Who is signed in. When the session ends while somebody works, their screen stays as it is and what they sent waits:
// they sign in once more, and it goes on.

import { useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { makeApi } from "./api.js";

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
    now.current = found;
    setSession(found);
    if (found?.user.must_change) return; // good for nothing else yet
    const other = before !== null && found !== null && before.user.id !== found.user.id;
    settle(found !== null && !other);
    if (other) location.reload(); // what the screens hold is somebody else's
  };
  const signedInAgain = () => {
    if (now.current === null) return Promise.resolve(false);
    setEnded(true);
    return new Promise((resolve) => waiting.current.push(/** @type {any} */ (resolve)));
  };
  const api = useMemo(() => makeApi(() => now.current?.csrf ?? "", signedInAgain), []);

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
  useEffect(() => void refresh(), []);
  return { api, session, failure, ended, refresh, leave: () => become(null) };
}
