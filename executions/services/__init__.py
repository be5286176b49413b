"""What people, triggers and tasks may do to executions; each function is one transaction."""
