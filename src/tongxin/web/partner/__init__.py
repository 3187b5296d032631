"""The face of partners at the counter."""
