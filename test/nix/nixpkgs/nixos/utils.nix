# The module argument `utils`, as much of it as the library uses. A test holds
# the escaping against systemd-escape(1).
lib: rec {
  pathsNeededForBoot = [
    "/"
    "/nix"
    "/nix/store"
    "/var"
    "/var/log"
    "/var/lib"
    "/var/lib/nixos"
    "/etc"
    "/usr"
  ];

  escapeSystemdPath =
    path:
    let
      trimmed = lib.concatStringsSep "/" (lib.filter (part: part != "") (lib.splitString "/" path));
      escaped = lib.concatMapStrings escapeCharacter (lib.stringToCharacters trimmed);
    in
    if trimmed == "" then "-" else escaped;

  escapeCharacter =
    c:
    if c == "/" then
      "-"
    else if builtins.match "[a-zA-Z0-9:_.]" c != null then
      c
    else
      "\\x" + lib.fixedWidthString 2 "0" (lib.toLower (lib.toHexString (lib.strings.charToInt c)));
}
