import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["static/vendor/**", "node_modules/**"] },
  js.configs.recommended,
  {
    files: ["static/**/*.js"],
    languageOptions: { globals: globals.browser },
    rules: {
      eqeqeq: "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "What documents say is text, never markup." },
        { property: "outerHTML", message: "What documents say is text, never markup." },
        { property: "insertAdjacentHTML", message: "What documents say is text, never markup." },
      ],
    },
  },
];
