# Stand-ins for the packages that the library uses, and for no others: a name
# that is not here fails as it would in nixpkgs.
lib: system:
let
  # As much of a derivation as modules and overlays look at.
  package =
    attrs:
    attrs
    // {
      type = "derivation";
      name = attrs.name or "${attrs.pname}-${attrs.version}";
      outPath = "/nix/store/00000000000000000000000000000000-${attrs.pname}";
      meta = {
        mainProgram = attrs.pname;
      }
      // attrs.meta or { };
      overrideAttrs = f: package (attrs // (if builtins.isFunction f then f attrs else f));
    };
  plain =
    pname:
    package {
      inherit pname;
      version = "0";
    };
  named =
    names:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = plain name;
      }) names
    );

  mkDerivation =
    args: if builtins.isFunction args then package (fix args) else package args;
  fix =
    f:
    let
      self = f (self // { finalPackage = package self; });
    in
    self;

  python = pname: {
    inherit (plain pname) type name outPath meta pname version;
    sitePackages = "lib/python3/site-packages";
    pkgs = {
      wrapPython = plain "wrap-python";
    };
    withPackages =
      f:
      package {
        pname = "${pname}-env";
        version = "0";
        packages = map (p: p.pname) (
          f (named [
            "gssapi"
            "matplotlib"
            "numpy"
            "pandas"
            "ply"
          ])
        );
      };
  };

  isx86 = system == "x86_64-linux";

  base =
    final:
    named (import ./package-names.nix)
    // {
      inherit lib;
      stdenv = {
        inherit mkDerivation;
        hostPlatform = {
          inherit isx86 system;
          isAarch64 = !isx86;
        };
      };
      stdenvNoCC = {
        inherit mkDerivation;
      };
      mkShell =
        args:
        package (
          {
            pname = "shell";
            version = "0";
          }
          // args
        );
      buildGoModule = mkDerivation;

      fetchFromGitHub = args: args // { name = "source"; };
      fetchurl = args: args;
      fetchzip = args: args;
      fetchgit = args: args;

      fio = package {
        pname = "fio";
        version = "3.42";
        src = "nixpkgs";
        patches = [ "a fix" ];
        buildInputs = [ "libaio" ];
        postInstall = "wrap\n";
      };
      kmod = package {
        pname = "kmod";
        version = "34";
        src = "nixpkgs";
      };
      # As nixpkgs has it: of 2023, and with patches in its own patchPhase.
      xfstests = package {
        pname = "xfstests";
        version = "2023.05.14";
        src = "nixpkgs";
        nativeBuildInputs = [ "autoconf" ];
        buildInputs = [ "acl" ];
        patchPhase = "nixpkgs";
      };

      linuxPackages_latest.cpupower = package {
        pname = "cpupower";
        version = "7.0";
        src = "linux";
        patches = [ "of the kernel" ];
      };
      llvmPackages = named [
        "clang"
        "clang-unwrapped"
        "llvm"
      ];
      python3 = python "python3";
      python312 = python "python312";

      callPackage =
        f: args:
        let
          function = if builtins.isFunction f then f else import f;
        in
        function (builtins.intersectAttrs (builtins.functionArgs function) final // args);
    };

  make =
    overlays:
    let
      final =
        builtins.foldl' (prev: overlay: prev // overlay final prev) (base final) overlays
        // {
          extend = overlay: make (overlays ++ [ overlay ]);
        };
    in
    final;
in
make [ ]
