"""The program that runs dbt commands in a script's process; standard library only.

Its files travel as text into the working directory: what dbt leaves is read there, by the user that
dbt ran as, and never by the worker.
"""
