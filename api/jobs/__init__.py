"""Doing what takes long: files that were uploaded, a runner in every process, what each kind of job does."""
