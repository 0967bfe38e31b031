// The libraries of precompiled headers (tests/CMakeLists.txt) need a source.
