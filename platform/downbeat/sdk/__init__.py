"""What a plug-in author imports: task and trigger types, their fields, context and outputs."""
