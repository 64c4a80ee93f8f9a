package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"
)

// linkedVersion is the version that the linker was given (-ldflags "-X main.linkedVersion=v1.2.3"); empty when it was not.
var linkedVersion string

// versionCmd prints what this program is.
type versionCmd struct{}

// Run prints the version, the commit and the Go release.
func (versionCmd) Run(std stdio) error {
	version, commit := buildVersion()
	_, err := fmt.Fprintf(std.Out, "rudder-clevertap %s (commit %s, %s %s/%s)\n",
		version, cmp.Or(commit, "unknown"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// buildVersion returns the version and the commit that the program was built from. The commit is empty when the build did
// not record it, and ends in "-dirty" when the source differed from it.
func buildVersion() (version, commit string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return cmp.Or(linkedVersion, "unknown"), ""
	}
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			commit = setting.Value + commit
		case setting.Key == "vcs.modified" && setting.Value == "true":
			commit += "-dirty"
		}
	}
	return cmp.Or(linkedVersion, info.Main.Version, "(devel)"), commit
}
