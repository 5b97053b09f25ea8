// What the pages take from Preact and htm, as one module: `npm run vendor` writes it to static/vendor/preact.js.
/*! Preact: Copyright (c) 2015-present Jason Miller, MIT. htm: Copyright 2018 Google Inc., Apache-2.0. See LICENSE.txt. */
export { h, render, createContext, createRef, Fragment } from "preact";
export {
  useCallback,
  useContext,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from "preact/hooks";
export { html } from "htm/preact";
