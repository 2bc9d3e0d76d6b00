"""What must be true before a result may leave. Each interlock is a hazard's control: see docs/hazard-log.md."""

from pilot.coding import CodeSet, Use, contradiction
from pilot.domain.coded import CodedResult
from pilot.domain.result import ScreeningResult
from pilot.pipeline.reasons import Reason
from pilot.pipeline.settings import MeshSettings


def stopped_before_coding(result: ScreeningResult, code_set: CodeSet, mesh: MeshSettings) -> Reason | None:
    """Test numbers never go to the live service, real ones never to a simulator, nothing unsigned goes live."""
    if result.participant.synthetic == mesh.live:
        return Reason.WRONG_KIND_OF_NUMBER
    if mesh.live and code_set.signed_off_for is not Use.LIVE:
        return Reason.CODE_SET_NOT_SIGNED_OFF
    return None


def stopped_after_coding(coded: CodedResult) -> Reason | None:
    """A concept that says something else than the printed words is stopped."""
    return Reason.CONTRADICTS_ITSELF if contradiction(coded) else None
