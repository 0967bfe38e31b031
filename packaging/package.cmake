# The Debian packages, by `cpack --config build/release/CPackConfig.cmake`: carecloud-syncd (the service and carecloudctl) and
# carecloud-portal (the portal on loopback, for trials), into build/release/packages.
include(GNUInstallDirs)
include(packaging/units.cmake)

set(deb ${PROJECT_SOURCE_DIR}/packaging/deb)
set(made ${PROJECT_BINARY_DIR}/deb)

# A package is for the Debian release that it was built on, and its version says so: 0.1.0+deb12 is older than
# 0.1.0+deb13, which an upgrade of the system then installs. A build folder that meets another release configures anew.
cmake_host_system_information(RESULT os QUERY DISTRIB_INFO)
set(package_version ${PROJECT_VERSION})
if(os_ID STREQUAL "debian" AND os_VERSION_ID)
  string(APPEND package_version "+deb${os_VERSION_ID}")
endif()
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS /etc/os-release)

# Debian 12 packages keep units in /lib; from 13 on no package may hold files there (it is a link to /usr/lib).
set(units /lib/systemd/system)
if(os_ID STREQUAL "debian" AND os_VERSION_ID VERSION_GREATER_EQUAL 13)
  set(units /usr/lib/systemd/system)
endif()

# made_gz(NAME SOURCE): SOURCE compressed as policy asks for, the same bytes each time.
find_program(GZIP gzip REQUIRED)
function(made_gz name source)
  add_custom_command(OUTPUT ${made}/${name}.gz COMMAND ${GZIP} -9nc ${source} > ${made}/${name}.gz DEPENDS ${source} VERBATIM)
  set_property(GLOBAL APPEND PROPERTY CARECLOUD_MADE ${made}/${name}.gz)
endfunction()

file(MAKE_DIRECTORY ${made})
foreach(package carecloud-syncd carecloud-portal)
  configure_file(${deb}/changelog.in ${made}/${package}.changelog @ONLY)
  made_gz(${package}.changelog ${made}/${package}.changelog)
endforeach()

# Manual pages: scdoc's language, and that of the configuration from its schema.
find_program(SCDOC scdoc REQUIRED)
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
set(man ${PROJECT_SOURCE_DIR}/packaging/man)
set(schema ${PROJECT_SOURCE_DIR}/etc/config.schema.json)
add_custom_command(OUTPUT ${made}/carecloud-syncd.yaml.5.scd
  COMMAND ${Python3_EXECUTABLE} ${man}/yaml_page.py ${schema} > ${made}/carecloud-syncd.yaml.5.scd
  DEPENDS ${man}/yaml_page.py ${schema} VERBATIM)
function(made_page page source)
  add_custom_command(OUTPUT ${made}/${page} COMMAND ${SCDOC} < ${source} > ${made}/${page} DEPENDS ${source} VERBATIM)
  made_gz(${page} ${made}/${page})
  string(REGEX MATCH "[0-9]$" section ${page})
  install(FILES ${made}/${page}.gz DESTINATION share/man/man${section} COMPONENT service)
endfunction()
made_page(carecloud-syncd.8 ${man}/carecloud-syncd.8.scd)
made_page(carecloudctl.1 ${man}/carecloudctl.1.scd)
made_page(carecloud-syncd.yaml.5 ${made}/carecloud-syncd.yaml.5.scd)

# service: what an agency installs.
install(TARGETS carecloud-syncd DESTINATION ${CMAKE_INSTALL_SBINDIR} COMPONENT service)
install(TARGETS carecloudctl DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT service)
install(FILES etc/config.yaml DESTINATION /etc/carecloud-syncd COMPONENT service)
install(FILES etc/config.schema.json etc/alerts.yaml etc/dashboard.json DESTINATION share/carecloud-syncd COMPONENT service)
install(FILES systemd/carecloud-syncd.service systemd/carecloud-syncd-sns.socket systemd/carecloud-syncd-api.socket
  ${made_template} systemd/carecloud-syncd-sns@.socket systemd/carecloud-syncd-api@.socket
  DESTINATION ${units} COMPONENT service)
install(FILES packaging/carecloudctl.bash DESTINATION share/bash-completion/completions RENAME carecloudctl COMPONENT service)
install(FILES packaging/carecloudctl.zsh DESTINATION share/zsh/vendor-completions RENAME _carecloudctl COMPONENT service)
install(FILES packaging/carecloudctl.fish DESTINATION share/fish/vendor_completions.d COMPONENT service)
install(FILES README.md etc/runbook.md ${deb}/copyright DESTINATION share/doc/carecloud-syncd COMPONENT service)
# Below the same path as in the repository, so that the README's links lead there.
install(DIRECTORY packaging/manual DESTINATION share/doc/carecloud-syncd/packaging COMPONENT service)
install(FILES systemd/tls.conf DESTINATION share/doc/carecloud-syncd/examples COMPONENT service)
install(FILES ${made}/carecloud-syncd.changelog.gz DESTINATION share/doc/carecloud-syncd RENAME changelog.gz COMPONENT service)

# portal: to try and test with.
install(TARGETS carecloud-portal DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT portal)
install(FILES ${deb}/copyright DESTINATION share/doc/carecloud-portal COMPONENT portal)
install(FILES ${made}/carecloud-portal.changelog.gz DESTINATION share/doc/carecloud-portal RENAME changelog.gz COMPONENT portal)

get_property(all_made GLOBAL PROPERTY CARECLOUD_MADE)
add_custom_target(carecloud_package ALL DEPENDS ${all_made})
add_dependencies(carecloud_package carecloud-syncd carecloudctl carecloud-portal)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VERSION ${package_version})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL service portal)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "carecloud-syncd maintainers <carecloud-syncd@example.org>")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_SERVICE_PACKAGE_NAME carecloud-syncd)
set(CPACK_DEBIAN_SERVICE_PACKAGE_SECTION net)
set(CPACK_DEBIAN_SERVICE_PACKAGE_DEPENDS "ca-certificates, passwd")  # the trust in the portal's certificate; groupadd
set(CPACK_DEBIAN_SERVICE_PACKAGE_RECOMMENDS "bash-completion")
set(CPACK_DEBIAN_SERVICE_PACKAGE_SUGGESTS "carecloud-portal, sqlite3")
set(CPACK_COMPONENT_SERVICE_DESCRIPTION "Copies child-care attendance records from the CareCloud Portal into
SQLite tables and keeps them up to date: by polling, and immediately when
AWS SNS announces a submission. No record is lost or stored twice, even
after a crash or a power failure.
.
Includes carecloudctl, which shows the service's state and exports records.")
set(CPACK_DEBIAN_SERVICE_PACKAGE_CONTROL_EXTRA ${deb}/conffiles ${deb}/postinst ${deb}/prerm ${deb}/postrm)
set(CPACK_DEBIAN_SERVICE_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PORTAL_PACKAGE_NAME carecloud-portal)
set(CPACK_DEBIAN_PORTAL_PACKAGE_SECTION net)
set(CPACK_COMPONENT_PORTAL_DESCRIPTION "A loopback portal for trying and testing carecloud-syncd: it implements
the Query API of the CareCloud Portal with its limits and errors, faults
on demand and its own SNS. All records are invented.")
include(CPack)
