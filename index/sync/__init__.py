"""A folder and the documents below it, kept in step."""
