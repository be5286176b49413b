"""The rules of the engine, one a module; each reads like the law that it is."""
