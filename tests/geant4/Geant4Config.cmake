# Stands for Geant4 in tests of examples/geant4: the few declarations that it uses, named as Geant4's.
add_library(Geant4::stand_in INTERFACE IMPORTED)
target_include_directories(Geant4::stand_in INTERFACE "${CMAKE_CURRENT_LIST_DIR}/include")
set(Geant4_LIBRARIES Geant4::stand_in)
