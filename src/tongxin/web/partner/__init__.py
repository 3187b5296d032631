"""The face of partners at the till. Not open yet."""
