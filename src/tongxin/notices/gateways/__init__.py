"""Ways out of the house: each takes a parcel and says what it knows. None writes a table; what they say is kept by actions."""
