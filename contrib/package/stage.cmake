# SPDX-License-Identifier: MIT
# What Debian wants of a package beside what is installed (Debian Policy 10.7, 12): run by cpack on the staged files.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
set(here ${CPACK_PASSERELLE_SOURCE}/contrib/package)
set(documents ${root}/usr/share/doc/passerelle)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(install -D -m 0644 ${CPACK_PASSERELLE_SOURCE}/conf/passerelle.conf ${root}/etc/passerelle/passerelle.conf)
run(install -D -m 0644 ${here}/copyright ${documents}/copyright)
configure_file(${here}/changelog ${documents}/changelog.Debian @ONLY FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
file(GLOB_RECURSE texts ${root}/usr/share/man/*.[1-9])
run(gzip -9n ${documents}/changelog.Debian ${texts})
# the same file lies in /etc
file(REMOVE_RECURSE ${documents}/examples)
# systemd of Debian 12 looks for units of the system in both; its tools for packages in this one
if(EXISTS ${root}/usr/lib/systemd/system)
  file(MAKE_DIRECTORY ${root}/lib/systemd)
  file(RENAME ${root}/usr/lib/systemd/system ${root}/lib/systemd/system)
endif()
