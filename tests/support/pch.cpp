// The source file of the libraries that provide precompiled headers (tests/CMakeLists.txt).
