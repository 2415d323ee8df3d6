export default drawStage;
