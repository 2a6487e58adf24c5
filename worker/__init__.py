"""The runtime: settings, the Temporal client and its codec, child processes, strict replay."""
