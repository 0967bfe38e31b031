// A source for the libraries of precompiled headers (tests/CMakeLists.txt).
