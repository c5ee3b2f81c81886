# LibTorch from the torch wheel, as the target `torch_wheel`.
#
# The wheel is found by asking Python where torch lies. find_package(Torch) is not used: with a CUDA wheel
# it stops where there is no CUDA toolkit, which the library does not need.
#
# Reads NUGAN_TORCH_DIR (the folder of the Python package torch) when Python is not to be asked.
# Sets NUGAN_TORCH_LIB_DIR, NUGAN_TORCH_IN_SITE_PACKAGES and NUGAN_TORCH_VERSION (with its label, 2.13.0+cpu).

set(_components Interpreter)
if(NUGAN_PYTHON)
  list(APPEND _components Development.Module)
endif()
find_package(Python 3.10 REQUIRED COMPONENTS ${_components})

set(NUGAN_TORCH_DIR "" CACHE PATH "Folder of the Python package torch (empty: ask Python)")
set(_torch_dir "${NUGAN_TORCH_DIR}")
set(NUGAN_TORCH_IN_SITE_PACKAGES FALSE)
if(NOT _torch_dir)
  # pip's build isolation lives in PYTHONPATH: without it, this is the environment that gets installed into
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -E env --unset=PYTHONPATH "${Python_EXECUTABLE}" -c [=[
import importlib.util, pathlib, sysconfig
spec = importlib.util.find_spec("torch")
if spec is None or spec.origin is None:
    raise SystemExit(1)
folder = pathlib.Path(spec.origin).parent
print(f"{folder};{folder.parent == pathlib.Path(sysconfig.get_path('platlib'))}")
]=]
    OUTPUT_VARIABLE _answer ERROR_VARIABLE _errors RESULT_VARIABLE _failed OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(_failed)
    message(FATAL_ERROR
      "PyTorch is not installed for ${Python_EXECUTABLE}. Install it first, for example the CPU build:\n"
      "  pip install 'torch>=2.7' --index-url https://download.pytorch.org/whl/cpu\n"
      "or name its folder: -DNUGAN_TORCH_DIR=.../site-packages/torch (with pip: "
      "--config-settings=cmake.define.NUGAN_TORCH_DIR=...).\n${_errors}")
  endif()
  list(GET _answer 0 _torch_dir)
  list(GET _answer 1 NUGAN_TORCH_IN_SITE_PACKAGES)
endif()

set(NUGAN_TORCH_LIB_DIR "${_torch_dir}/lib")
foreach(_file include/torch/script.h lib/libtorch.so lib/libtorch_cpu.so lib/libc10.so)
  if(NOT EXISTS "${_torch_dir}/${_file}")
    message(FATAL_ERROR "${_torch_dir}: no ${_file} inside; nugan needs the torch package of pip (>= 2.7)")
  endif()
endforeach()
file(STRINGS "${_torch_dir}/version.py" NUGAN_TORCH_VERSION REGEX "^__version__")
string(REGEX MATCH "[0-9]+\\.[0-9]+[^']*" NUGAN_TORCH_VERSION "${NUGAN_TORCH_VERSION}")
if(NUGAN_TORCH_VERSION VERSION_LESS 2.7)
  message(FATAL_ERROR "torch ${NUGAN_TORCH_VERSION} in ${_torch_dir}: nugan needs at least 2.7")
endif()
message(STATUS "LibTorch ${NUGAN_TORCH_VERSION}: ${_torch_dir}")

add_library(torch_wheel INTERFACE)
target_include_directories(torch_wheel SYSTEM INTERFACE
  "${_torch_dir}/include" "${_torch_dir}/include/torch/csrc/api/include")
# libtorch.so is an empty library that pulls in CUDA where the wheel has it: it must survive --as-needed
target_link_libraries(torch_wheel INTERFACE
  -Wl,--no-as-needed "${NUGAN_TORCH_LIB_DIR}/libtorch.so" -Wl,--as-needed
  "${NUGAN_TORCH_LIB_DIR}/libtorch_cpu.so" "${NUGAN_TORCH_LIB_DIR}/libc10.so")
