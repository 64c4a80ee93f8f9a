package delivery

// NewConnectionError is connectionError, for faults of the network that a test can't make.
func NewConnectionError(err error) *ConnectionError { return connectionError(err) }

// Deleting returns for how many accounts deletions are under way.
func (s *Sender) Deleting() int {
	s.deletions.mu.Lock()
	defer s.deletions.mu.Unlock()
	return len(s.deletions.gates)
}

// Accounts returns how many accounts the sender knows.
func (s *Sender) Accounts() int { return len(s.all()) }

// Users returns how many users have records on their way.
func (s *Sender) Users() (count int) {
	for _, a := range s.all() {
		a.mu.Lock()
		count += len(a.users)
		a.mu.Unlock()
	}
	return count
}
