export * from "../../vendor.js";
