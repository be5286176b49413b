"""The flows that `downbeat up` brings along, run as its first user runs them."""
