# ROOT for the component `root`, as the target `root_libraries`.
#
# It is that of ROOT_DIR; else the wheel of the Python that CMake finds (pip install --pre ROOT); else what
# find_package(ROOT) finds. The wheel's own ROOTConfig.cmake names files that are not there, so its headers
# and libraries are taken as they lie.
#
# Reads NUGAN_ROOT_WHEEL (the folder of the Python package ROOT) when Python is not to be asked.
# Sets NUGAN_HAS_ROOT; where not, NUGAN_NO_ROOT to the reason; NUGAN_ROOT_RPATH, the folder of its libraries.

set(NUGAN_ROOT_WHEEL "" CACHE PATH "Folder of the Python package ROOT (empty: ask Python)")
set(NUGAN_HAS_ROOT FALSE)
set(NUGAN_NO_ROOT "no ROOT was found; pip install --pre ROOT, or set ROOT_DIR")
set(_root_parts Core RIO Tree Hist ROOTNTuple)

set(_wheel "${NUGAN_ROOT_WHEEL}")
if(ROOT_DIR AND EXISTS "${ROOT_DIR}/../__init__.py")
  get_filename_component(_wheel "${ROOT_DIR}" DIRECTORY)
elseif(NOT _wheel AND NOT ROOT_DIR AND Python_EXECUTABLE)
  # pip's build isolation lives in PYTHONPATH
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env --unset=PYTHONPATH "${Python_EXECUTABLE}" -c [=[
import importlib.util, pathlib
spec = importlib.util.find_spec("ROOT")
folder = pathlib.Path(spec.origin).parent if spec and spec.origin else None
print(folder if folder and (folder / "lib" / "libCore.so").exists() else "", end="")
]=]
    OUTPUT_VARIABLE _wheel ERROR_QUIET)
endif()

add_library(root_libraries INTERFACE)
if(_wheel)
  set(NUGAN_ROOT_RPATH "${_wheel}/lib")
  set(_includes "${_wheel}/include")
  file(STRINGS "${_includes}/ROOT/RVersion.hxx" _version REGEX "define ROOT_VERSION_(MAJOR|MINOR) ")
  string(REGEX REPLACE "[^0-9]+([0-9]+)[^0-9]+([0-9]+)$" "\\1.\\2" _version "${_version}")
  foreach(_part IN LISTS _root_parts)
    target_link_libraries(root_libraries INTERFACE "${_wheel}/lib/lib${_part}.so")
  endforeach()
  set(NUGAN_HAS_ROOT TRUE)
else()
  find_package(ROOT 6.28 CONFIG QUIET COMPONENTS RIO Tree Hist
    OPTIONAL_COMPONENTS ROOTNTuple)
  if(ROOT_FOUND)
    set(_version "${ROOT_VERSION}")
    set(_includes ${ROOT_INCLUDE_DIRS})
    get_target_property(_core ROOT::Core LOCATION)
    get_filename_component(NUGAN_ROOT_RPATH "${_core}" DIRECTORY)
    foreach(_part IN LISTS _root_parts)
      if(TARGET "ROOT::${_part}")  # RNTuple is newer than the rest
        target_link_libraries(root_libraries INTERFACE "ROOT::${_part}")
      endif()
    endforeach()
    set(NUGAN_HAS_ROOT TRUE)
  endif()
endif()

if(NUGAN_HAS_ROOT)
  # ROOT brings nlohmann's JSON, or uses the system's
  find_path(NUGAN_JSON_DIR nlohmann/json.hpp HINTS ${_includes})
  if(NUGAN_JSON_DIR)
    target_include_directories(root_libraries SYSTEM INTERFACE ${_includes} "${NUGAN_JSON_DIR}")
    message(STATUS "ROOT ${_version}: ${NUGAN_ROOT_RPATH}")
  else()
    set(NUGAN_HAS_ROOT FALSE)
    set(NUGAN_NO_ROOT "ROOT has no nlohmann/json.hpp; install it (Debian: apt install nlohmann-json3-dev)")
  endif()
endif()
