"""The command `downbeat`: a server to run, and a client that talks to one."""
