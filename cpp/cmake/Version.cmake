# NUGAN_VERSION, the numbers of the version: scikit-build-core has it from git's tags (pyproject.toml). A build by
# CMake alone asks git for the last tag v1.2.3; without one it takes fallback_version of pyproject.toml.

set(NUGAN_VERSION "${SKBUILD_PROJECT_VERSION}")
if(NOT NUGAN_VERSION)
  execute_process(COMMAND git describe --tags --abbrev=0 --match "v[0-9]*"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    OUTPUT_VARIABLE _version ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT _version)
    file(STRINGS pyproject.toml _version REGEX "^fallback_version = ")
  endif()
  string(REGEX MATCH "[0-9]+\\.[0-9.]*[0-9]" NUGAN_VERSION "${_version}")
endif()
