"""Alembic's folder: the way from any older ``service.db`` to the present one, and back."""
