"""What the service remembers beside the documents: people, keys, jobs, conversations, knowledge."""
