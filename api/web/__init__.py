"""The pages that people see, as they are served: no build makes them. Their checks stand beside (package.json)."""
