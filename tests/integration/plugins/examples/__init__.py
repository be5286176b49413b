"""The examples of every type, run as people who copy them would."""
