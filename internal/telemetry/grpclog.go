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

// Info leaves a line out.
func (grpcLogger) Info(...any) {}

// Infoln leaves a line out.
func (grpcLogger) Infoln(...any) {}

// Infof leaves a line out.
func (grpcLogger) Infof(string, ...any) {}

// Warning logs a line for debugging.
func (l grpcLogger) Warning(args ...any) { l.log(slog.LevelDebug, fmt.Sprint(args...)) }

// Warningln logs a line for debugging.
func (l grpcLogger) Warningln(args ...any) { l.log(slog.LevelDebug, fmt.Sprintln(args...)) }

// Warningf logs a line for debugging.
func (l grpcLogger) Warningf(format string, args ...any) {
	l.log(slog.LevelDebug, fmt.Sprintf(format, args...))
}

// Error logs a warning.
func (l grpcLogger) Error(args ...any) { l.log(slog.LevelWarn, fmt.Sprint(args...)) }

// Errorln logs a warning.
func (l grpcLogger) Errorln(args ...any) { l.log(slog.LevelWarn, fmt.Sprintln(args...)) }

// Errorf logs a warning.
func (l grpcLogger) Errorf(format string, args ...any) {
	l.log(slog.LevelWarn, fmt.Sprintf(format, args...))
}

// Fatal logs an error; gRPC ends the process by itself.
func (l grpcLogger) Fatal(args ...any) { l.log(slog.LevelError, fmt.Sprint(args...)) }

// Fatalln logs an error; gRPC ends the process by itself.
func (l grpcLogger) Fatalln(args ...any) { l.log(slog.LevelError, fmt.Sprintln(args...)) }

// Fatalf logs an error; gRPC ends the process by itself.
func (l grpcLogger) Fatalf(format string, args ...any) {
	l.log(slog.LevelError, fmt.Sprintf(format, args...))
}
