"""The demo's made-up world: workers, and a history of 惠工之家 that adds up to the four figures of a newspaper. All synthetic."""
