// The size of the text, as somebody chose it in this browser.

import { useLayoutEffect, useState } from "../vendor/preact.js";
import { covered, staying } from "./scrolling.js";

const KEPT = "yuanwen.viewer.size";
const STEPS = [0.85, 1, 1.15, 1.3, 1.5, 1.75];
const USUAL = 1;

function kept() {
  try {
    const step = Number(localStorage.getItem(KEPT) ?? USUAL);
    return Number.isInteger(step) && step >= 0 && step < STEPS.length ? step : USUAL;
  } catch {
    return USUAL; // a browser that keeps nothing
  }
}

/**
 * @param {import("./paper.js").Paper | null} paper
 * @returns {{scale: number, scaled: (by: number) => void}} `by`: 1 larger, -1 smaller, 0 as usual
 */
export function useScale(paper) {
  const [step, setStep] = useState(kept);
  useLayoutEffect(() => {
    if (paper === null) return undefined;
    staying(paper.atHeight(covered())?.element, () => {
      paper.root.style.setProperty("--scale", String(STEPS[step]));
      paper.reckon();
    });
    const reckon = () => paper.reckon();
    addEventListener("resize", reckon);
    return () => removeEventListener("resize", reckon);
  }, [paper, step]);
  /** @param {number} by */
  const scaled = (by) => {
    const next = by === 0 ? USUAL : Math.min(Math.max(step + by, 0), STEPS.length - 1);
    setStep(next);
    try {
      localStorage.setItem(KEPT, String(next));
    } catch {
      // a browser that keeps nothing
    }
  };
  return { scale: STEPS[step], scaled };
}
