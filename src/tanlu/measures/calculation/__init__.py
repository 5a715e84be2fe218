"""Engineering calculators: what they take, how their input is read, what they answer."""
