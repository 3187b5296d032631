"""The face of judges and referees. Not open yet."""
