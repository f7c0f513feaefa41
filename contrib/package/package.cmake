# SPDX-License-Identifier: MIT
# cpack -G DEB: the Debian package. What a package has beside what "cmake --install" puts down is made by stage.cmake.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME passerelle)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
# Debian Policy 5.6.2 wants an address; one below .invalid is nobody's (RFC 2606)
set(PACKAGE_MAINTAINER "The passerelle authors <nobody@passerelle.invalid>" CACHE STRING
  "Maintainer of the Debian package: NAME <ADDRESS>, of who hands it on")
set(CPACK_PACKAGE_CONTACT "${PACKAGE_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE
  GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/stage.cmake)
set(CPACK_PASSERELLE_SOURCE ${CMAKE_SOURCE_DIR})

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# the certificates of the system and the time zones: read, not linked
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, tzdata")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "khal, khard, libsecret-tools")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "bridge between a remote personal-information service and local files")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A background service that keeps contacts as vCards, sends events from iCalendar
files, and writes the count of unread mails into a status file for bars. A
journal keeps it from ever adding the same contact or event twice.

It comes with units for systemd, for one person or one per person of a server,
and with an emulator of the remote service, for trying and testing.")
set(scripts ${CMAKE_CURRENT_LIST_DIR})
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${scripts}/conffiles ${scripts}/postinst ${scripts}/prerm ${scripts}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION TRUE)
include(CPack)
