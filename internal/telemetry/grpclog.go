package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc/grpclog"
)

// grpcLog is where lines of gRPC and of grpc-gateway go. They have one logger in a process, and no lock around
// setting it, so it is set once and looks here.
//
//nolint:gochecknoglobals // It stands for a global of gRPC's.
var grpcLog struct {
	set sync.Once
	to  atomic.Pointer[slog.Logger]
}

// SetGRPCLogger makes a logger that of gRPC and grpc-gateway, as otel.SetLogger does for OpenTelemetry. Call it
// before anything of gRPC's. An error there is a warning here, because callers can cause most of them; a warning
// there is for debugging, and the rest is left out.
func SetGRPCLogger(logger *slog.Logger) {
	grpcLog.to.Store(logger)
	grpcLog.set.Do(func() { grpclog.SetLoggerV2(grpcLogger{}) })
}

// grpcLogger is gRPC's logger.
type grpcLogger struct{}

var _ grpclog.LoggerV2 = grpcLogger{}

// V reports whether lines of some verbosity are wanted.
func (grpcLogger) V(int) bool { return false }

// log logs a line.
func (grpcLogger) log(level slog.Level, text string) {
	grpcLog.to.Load().Log(context.Background(), level, "gRPC: "+strings.TrimSpace(text))
}

// The levels of gRPC's logger, each in three forms.

func (grpcLogger) Info(...any)          {}
func (grpcLogger) Infoln(...any)        {}
func (grpcLogger) Infof(string, ...any) {}

func (l grpcLogger) Warning(args ...any)   { l.log(slog.LevelDebug, fmt.Sprint(args...)) }
func (l grpcLogger) Warningln(args ...any) { l.log(slog.LevelDebug, fmt.Sprintln(args...)) }
func (l grpcLogger) Warningf(format string, args ...any) {
	l.log(slog.LevelDebug, fmt.Sprintf(format, args...))
}

func (l grpcLogger) Error(args ...any)   { l.log(slog.LevelWarn, fmt.Sprint(args...)) }
func (l grpcLogger) Errorln(args ...any) { l.log(slog.LevelWarn, fmt.Sprintln(args...)) }
func (l grpcLogger) Errorf(format string, args ...any) {
	l.log(slog.LevelWarn, fmt.Sprintf(format, args...))
}

// gRPC ends the process after these by itself.

func (l grpcLogger) Fatal(args ...any)   { l.log(slog.LevelError, fmt.Sprint(args...)) }
func (l grpcLogger) Fatalln(args ...any) { l.log(slog.LevelError, fmt.Sprintln(args...)) }
func (l grpcLogger) Fatalf(format string, args ...any) {
	l.log(slog.LevelError, fmt.Sprintf(format, args...))
}
