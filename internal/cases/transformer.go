package cases

// Deviation is a recorded exchange with rudder-transformer that this service answers otherwise on purpose.
type Deviation struct {
	// Row is the name under which it was recorded.
	Row string
	// Reason says what is answered instead, and why.
	Reason string
}

// Deviations returns all of them. What was recorded as a JavaScript exception or an internal error is not among them: all
// such answers are a 400 that says what is wrong.
func Deviations() []Deviation {
	return []Deviation{
		{
			"proc one destination missing fails all",
			"only the event without a destination fails: one event of a request never fails another",
		},
	}
}
