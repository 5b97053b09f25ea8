"""One program for each system. They run in environments that hold nothing of ours, so they import only the standard
library, their own system, and their neighbours here."""
