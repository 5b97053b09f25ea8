"""The span reader: one pass over (question, passage) gives start, end, null and relevance."""
